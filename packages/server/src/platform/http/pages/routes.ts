import { Type } from "typebox";
import type { App } from "../route-types.ts";
import { pageHook, type WebApp } from "../web-app.ts";

const Welcome = Type.Object({ name: Type.String(), docs: Type.String(), openapi: Type.String() });

type Options = { publicUrl: string; webApp: WebApp | undefined };

/** The route `/`. A browser that opens this page gets the web app. Every other client gets a list of URLs. */
export function pageRoutes(app: App, { publicUrl, webApp }: Options): void {
  const at = (path: string): string => new URL(path, publicUrl).href;
  const welcome = { name: "Valet Key", docs: at("/docs"), openapi: at("/openapi.json") };
  const schema = { hide: true, response: { 200: Welcome } };
  app.get("/", { schema, ...(webApp && { onRequest: pageHook(webApp, "/") }) }, () => welcome);
}
