import type { Plugin } from "vite";

/**
 * Takes the lexer out of marked, which is one file. Its last lines make an instance that draws HTML and hang all else on it, so that no bundler
 * can leave out the half that is never called. Where the file is no longer as this expects it, it stays whole and a warning says so.
 */
export function markedLexer(): Plugin {
  return {
    name: "marked-lexer",
    apply: "build",
    transform: {
      filter: { id: /marked[\\/]lib[\\/]marked\.esm\.js$/ },
      handler(code) {
        const instance = code.search(/var \w+=new \w+;function \w+\(\w+,\w+\)\{return \w+\.parse\(/);
        const lexer = /(\w+) as Lexer\b/.exec(code)?.[1];
        if (instance === -1 || lexer === undefined)
          return this.warn("marked has changed: its renderer is bundled too.");
        return { code: `${code.slice(0, instance)}export{${lexer} as Lexer};`, map: null };
      },
    },
  };
}
