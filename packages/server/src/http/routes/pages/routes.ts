import { Type } from "typebox";
import type { App } from "../../types.ts";

const Welcome = Type.Object({ name: Type.String(), docs: Type.String(), openapi: Type.String() });

/** `/`: where to go from here. */
export function pageRoutes(app: App, { publicUrl }: { publicUrl: string }): void {
  const at = (path: string): string => new URL(path, publicUrl).href;
  const welcome = { name: "Valet Key", docs: at("/docs"), openapi: at("/openapi.json") };
  app.get("/", { schema: { hide: true, response: { 200: Welcome } } }, () => welcome);
}
