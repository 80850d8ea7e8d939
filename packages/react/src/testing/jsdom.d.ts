// Vitest imports the types of jsdom. The types on npm would add the DOM to every test of the repository.
declare module "jsdom" {
  export class JSDOM {
    constructor(html: string, options: { url: string; pretendToBeVisual: boolean });
    readonly window: Window;
  }
}
