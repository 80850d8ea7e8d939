import type { TestProject } from "vitest/node";
import { startWebService, type WebService } from "./service.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The service that all browser tests without special settings share. */
    webService: WebService;
  }
}

/** Runs before all tests, and starts the shared service. The tests share it, because a start takes longer than most browser tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop, ...webService } = await startWebService();
  project.provide("webService", webService);
  return stop;
}
