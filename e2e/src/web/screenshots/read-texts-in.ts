import { registerHooks } from "node:module";

/** Makes later imports of the English texts load the texts of this language. The scenes find elements of the pages by these texts. */
export function readTextsIn(language: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return { ...found, url: found.url.replace(/\/texts\/en(?=\/|\.ts$)/, `/texts/${language}`) };
    },
  });
}
