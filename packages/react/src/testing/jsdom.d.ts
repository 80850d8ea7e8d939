// Vitest imports the types of jsdom. This file replaces the jsdom types from npm, which would add the DOM types to every test of the
// repository.
declare module "jsdom" {
  export class JSDOM {
    constructor(html: string, options: { url: string; pretendToBeVisual: boolean });
    readonly window: Window;
  }
}
