// The types on npm add the DOM to every test of the repository, because Vitest imports them.
declare module "jsdom" {
  export class JSDOM {
    constructor(html: string, options: { url: string; pretendToBeVisual: boolean });
    readonly window: Window;
  }
}
