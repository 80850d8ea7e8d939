import { route } from "@react-router/dev/routes";

export default [route("files/*", "files.js")];
