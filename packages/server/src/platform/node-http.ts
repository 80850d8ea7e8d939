// An `import` reads all exports of a module. In node:http, this would load the client `fetch` and HTTP/2, which a start does not need.
export const nodeHttp = process.getBuiltinModule("node:http");
