import Koa from "koa";
import { openFiles } from "./files.mjs";

const files = await openFiles();
const app = new Koa();
app.use((context, next) => {
  if (!context.path.startsWith("/files/")) return next();
  context.respond = false;
  return files.node(context.req, context.res);
});
app.listen(process.env.PORT);
