export { app } from "./app.ts";
export { attachments } from "./attachments.ts";
export { common } from "./common.ts";
export { notes } from "./notes.ts";
export { problems } from "./problems.ts";
export { sharing } from "./sharing.ts";
