/** Matches the decision records and the pages for contributors, which the search skips. Readers find these pages in the sidebar. */
const UNSEARCHED = /^(?:adr[./]|e2e\/|architecture|code_of_conduct|contributing|documentation|releasing)/;

/** Words that people search for, but that a page itself does not use. */
const OTHER_WORDS: Record<string, string> = {
  "index.md": "Getting started, quick start, install.",
  "packages/valetkey.md": "Getting started, quick start, install.",
  "embedding.md": "Getting started with the library, quick start.",
};

export const isSearched = (page: string): boolean => !UNSEARCHED.test(page);
export const otherWordsOf = (page: string): string => OTHER_WORDS[page] ?? "";

/** The options of MiniSearch. VitePress sends these functions to the browser as text, so they must use nothing outside of themselves. */
export const SEARCH = {
  options: {
    // A code such as `access_denied` is also one word. The first underscore of a code distinguishes it from other words with the same
    // beginning.
    tokenize: (text: string) => [
      ...text.split(/[\n\r\p{Z}\p{P}]+/u),
      ...(text.match(/[a-z0-9]+(?:_[a-z0-9]+)+/gi) ?? []).map((code) => `_${code}`),
    ],
    processTerm: (term: string) => {
      const word = term.toLowerCase();
      return /^(?:an?|and|are|can|do|does|for|how|i|in|is|much|my|of|or|the|to|what|with)$/.test(word) ? null : word;
    },
  },
  searchOptions: {
    boost: { title: 6, text: 2, titles: 2 },
    // A short word with one other letter is another word, such as cost and host.
    fuzzy: (term: string) => (term.length > 6 ? 0.15 : false),
    prefix: (term: string) => term.length > 2,
    boostDocument: (id: string, term: string) => {
      // The page of errors lists every code once in a long table, and other pages name a few codes often.
      if (/\/errors\.html/.test(id) && /^_|^unauthenticated$/.test(term)) return 20;
      // The first page has no filename in its id.
      if (/\/(?:#|$)|\/(?:embedding|web-app|file-requests|packages\/valetkey)\.html/.test(id)) return 1.3;
      return /\/(?:reference\/service\/|security-requirements|tour)/.test(id) ? 0.5 : 1;
    },
  },
};
