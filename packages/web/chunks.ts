import type { Rolldown } from "vite";

/**
 * What is fetched together. Left alone, the bundler makes a file of every few lines that two pages share: a first load asked for sixty of them,
 * and what was written in several was compressed in each. A word of a feature stays out of what every page fetches.
 */
export const chunks: Rolldown.CodeSplittingOptions = {
  groups: [
    // Each where it is used: a group would otherwise take them all, as they have one index.
    {
      name: "words",
      test: /texts[\\/]en[\\/](?:accounts|activity|palette|preview|settings|shortcuts)\./,
      priority: 4,
      entriesAware: true,
      includeDependenciesRecursively: false,
    },
    { name: "app", tags: ["$initial"], priority: 3 },
    // What signing in and the pages after it share.
    { name: "common", test: /react-query|components[\\/](?:icon-button|on-demand)\.|icons[\\/]eye\./, priority: 2 },
    // Who opens the list opens a note next, and who comes to a note by its address sees the list beside it.
    { name: "notes", test: /app[\\/](?:shell|pages[\\/](?:lists|note|no-note)-page)\./, priority: 1 },
  ],
};
