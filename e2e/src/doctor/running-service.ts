import { loadConfig } from "../../../packages/server/src/platform/config/index.ts";
import { createLogger, startService } from "../../../packages/server/src/wiring/service.ts";
import { freePort } from "../testing/free-port.ts";
import type { Env } from "./examine.ts";
import type { Stage } from "./stage.ts";

/** Starts a service with the environment of the stage, and stops it with the stage. Returns its environment and its URL. */
export async function runService(
  { env, add }: Stage,
  settings: Env = {},
): Promise<{ env: Env; url: string; close(): Promise<void> }> {
  const port = await freePort("127.0.0.1");
  const running: Env = {
    ...env,
    HOST: "127.0.0.1",
    PORT: String(port),
    PUBLIC_URL: `http://localhost:${port}`,
    LOG_LEVEL: "silent",
    ...settings,
  };
  const { config } = loadConfig(running, { workingDirectory: env.DATA_DIR ?? "/nowhere" });
  const service = await startService(config, { logger: createLogger(config) });
  add(() => service.close());
  return { env: running, url: `http://127.0.0.1:${port}`, close: () => service.close() };
}
