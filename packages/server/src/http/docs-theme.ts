/** Makes /docs follow the light or dark scheme of the browser. Swagger UI has only a button for it, which the layout hides. */
const FOLLOW_SCHEME = `
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
`;

/** Hides the column for OpenAPI links. No response has any, and the column fills a third of a phone. */
const NO_LINKS = `
.swagger-ui .response-col_links { display: none; }
`;

/** Files, because the Content-Security-Policy forbids inline scripts and styles. */
export const docsTheme = {
  title: "Valet Key API",
  js: [{ filename: "follow-scheme.js", content: FOLLOW_SCHEME }],
  css: [{ filename: "no-links.css", content: NO_LINKS }],
};
