/** The pages at /docs follow the reader's choice of light or dark, which Swagger UI itself only does by a button that isn't there. */
const FOLLOW_SCHEME = `
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
`;

/** No response of ours has links (an OpenAPI thing); the empty column takes a third of a phone. */
const NO_LINKS = `
.swagger-ui .response-col_links { display: none; }
`;

/** As files of the service's own, since its Content-Security-Policy allows no others. */
export const docsTheme = {
  title: "Valet Key API",
  js: [{ filename: "follow-scheme.js", content: FOLLOW_SCHEME }],
  css: [{ filename: "no-links.css", content: NO_LINKS }],
};
