// The code of the parts that open on a click is in one file. The page with all links loads it on demand, to keep the first load small
// (e2e/src/web/performance.test.ts).
export { LinkForm } from "./link-form.tsx";
export { VisitorView } from "./visitor-view.tsx";
