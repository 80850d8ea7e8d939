import type { Plugin } from "vite";

/** The statements behind the classes. They use every class, so that no bundler removes the unused ones. */
const TAIL =
  /var (\w+)=new \w+;function \w+\(\w+,\w+\)\{return \1\.parse\([\s\S]*?export\{[\s\S]*?(\w+) as Lexer\b[\s\S]*$/;

/** Keeps only the lexer of marked, because the app renders the tokens itself. The rest would be a third of its code. */
export function markedLexer(): Plugin {
  return {
    name: "marked-lexer",
    transform: {
      filter: { id: /\/marked\/lib\/marked\.esm\.js$/ },
      handler(code) {
        if (!TAIL.test(code))
          throw new Error("marked has changed. Adapt the pattern in marked-lexer.ts, or remove this plugin.");
        return { code: code.replace(TAIL, "export{$2 as Lexer};"), map: null };
      },
    },
  };
}
