import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { router } from "./app/router.tsx";
import { reloadForNewBuild } from "./app/status-pages.tsx";
import "./styles/app.css";

reloadForNewBuild();

const root = document.getElementById("root");
if (root === null) throw new Error("The document has no #root element.");
const page = createRoot(root);
// The placeholders in index.html stay until the first page is ready or has failed.
void router.load().finally(() =>
  page.render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);
