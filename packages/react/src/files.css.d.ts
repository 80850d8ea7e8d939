// TypeScript requires a declaration for an imported CSS file.
export {};
