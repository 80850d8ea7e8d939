import { openLinkCalls } from "@valetkey/client";
import { ignoreRepeatedClicks } from "../components/ignore-repeated-clicks.ts";
import { startPage } from "./page.ts";
import "./landing.css";

const root = document.getElementById("root");
if (root === null) throw new Error("The document has no #root element.");
ignoreRepeatedClicks(document);
// The path contains the token with its readable prefix. The page keeps the prefix, because the service ignores it.
const token = decodeURIComponent(location.pathname.split("/")[2] ?? "");
startPage({ root, token, visit: openLinkCalls(token, { baseUrl: location.origin }) });
