import type { TestProject } from "vitest/node";
import { makePlace, startProcess } from "../../testing/service.ts";

/** A running service with the web app, SQLite and the built-in bucket. */
export type WebService = {
  /** The URL of the service, which is also the origin of its pages. */
  url: string;
  bucketOrigin: string;
  policy: string;
};

export type StartedWebService = WebService & { stop(): Promise<void> };

/** Starts a service with the web app. `env`: settings such as `URL_TTL_DEFAULT` (docs/configuration.md). */
export async function startWebService(env: Record<string, string> = {}): Promise<StartedWebService> {
  // With TRUST_PROXY, each person can have another IP address. The service limits the sign-ups from one IP address.
  const place = await makePlace({ TRUST_PROXY: "1", ...env });
  const service = await startProcess(place);
  const page = await fetch(service.url, { headers: { accept: "text/html" } });
  if (!page.headers.get("content-type")?.includes("html")) throw new Error("The web app is not built: npm run build");
  const policy = page.headers.get("content-security-policy") ?? "";
  const [, bucketOrigin = ""] = /connect-src 'self' (\S+?);/.exec(policy) ?? [];
  return {
    url: service.url,
    bucketOrigin,
    policy,
    async stop() {
      await service.stop();
      await place.remove();
    },
  };
}

declare module "vitest" {
  interface ProvidedContext {
    /** The service that all browser tests without special settings share. */
    webService: WebService;
  }
}

/**
 * Starts the shared service before all tests. The browser tests share one service, because a service takes longer to start than most tests
 * take.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...webService } = await startWebService();
  project.provide("webService", webService);
  return stop;
}
