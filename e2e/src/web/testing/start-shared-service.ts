import type { TestProject } from "vitest/node";
import { startWebService, type WebService } from "./service.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The service of all browser tests that need no settings of their own. */
    webService: WebService;
  }
}

/** Before all tests: starts the service with the web app, because a start takes longer than most browser tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...webService } = await startWebService();
  project.provide("webService", webService);
  return stop;
}
