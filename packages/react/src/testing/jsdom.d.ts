// Vitest imports the types of jsdom. This file replaces the types on npm, which would add the DOM to every test of the repository.
declare module "jsdom" {
  export class JSDOM {
    constructor(html: string, options: { url: string; pretendToBeVisual: boolean });
    readonly window: Window;
  }
}
