import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Files, openFiles, ValetKeyProvider } from "./everything.ts";
import "@valetkey/react/files.css";

const client = openFiles({ baseUrl: `${location.origin}/files`, token: "ann" });

/** A test can set the attributes of the component with JSON after the `#` of the URL. */
const attributes = JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}");

createRoot(document.body.appendChild(document.createElement("main"))).render(
  <StrictMode>
    <ValetKeyProvider client={client}>
      <h1>Invoice 42</h1>
      <Files
        item={{ resource: "invoice", itemId: "42" }}
        accept="text/plain,image/*"
        onAdded={({ filename }) => {
          document.title = `Added ${filename}`;
        }}
        onRemoved={({ filename }) => {
          document.title = `Removed ${filename}`;
        }}
        {...attributes}
      />
    </ValetKeyProvider>
  </StrictMode>,
);
