// One lazy file for the parts that open on a click. It keeps the first load of the page of all links small
// (e2e/src/web/performance.test.ts).
export { LinkForm } from "./link-form.tsx";
export { VisitorView } from "./visitor-view.tsx";
