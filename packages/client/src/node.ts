export { fileStore } from "./node/file-store.ts";
export { openFile } from "./node/open-file.ts";
