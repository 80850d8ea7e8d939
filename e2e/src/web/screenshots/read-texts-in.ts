import { registerHooks } from "node:module";

/** Lets the scenes, which are imported later, find the elements of the pages by the texts of this language. */
export function readTextsIn(language: string): void {
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      return { ...found, url: found.url.replace(/\/texts\/en(?=\/|\.ts$)/, `/texts/${language}`) };
    },
  });
}
