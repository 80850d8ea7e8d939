import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { reloadForNewBuild } from "./app/status-pages.tsx";
import "./styles/app.css";

reloadForNewBuild();

const root = document.getElementById("root");
if (root === null) throw new Error("The document has no #root element.");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
