// One lazy file for what opens on a click, to limit the first load of the page of all links (e2e/src/web/performance.test.ts).
export { LinkForm } from "./link-form.tsx";
export { VisitorView } from "./visitor-view.tsx";
