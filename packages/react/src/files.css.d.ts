// TypeScript checks that an imported file of styles has a declaration.
export {};
