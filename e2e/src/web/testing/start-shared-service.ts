import type { TestProject } from "vitest/node";
import { startWebService, type WebService } from "./service.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The service of all browser tests that need no special settings. */
    webService: WebService;
  }
}

/** Before all tests, starts the service with the web app. A start takes longer than most browser tests, so they share it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...webService } = await startWebService();
  project.provide("webService", webService);
  return stop;
}
