// The parts that open on a click are in one file that loads on demand. This keeps the first load of the page with all links small
// (e2e/src/web/performance.test.ts).
export { LinkForm } from "./link-form.tsx";
export { VisitorView } from "./visitor-view.tsx";
