import { onTestFinished } from "vitest";
import type { BucketServer } from "../../../packages/server/src/platform/bucket/testing/bucket-server.ts";
import { endOfCli, type Place, startProcess } from "../testing/service.ts";
import { ann, newNote, settingsOf, upload, urlOf } from "./stage.ts";

/**
 * Starts a service with one file and the next bucket `next`, and runs `valetkey move bucket`. Then uploads a second file. `origins`: the
 * origins of the buckets in which the two files are.
 */
export async function tryMove(place: Place, next: Omit<BucketServer, "stop">) {
  onTestFinished(place.remove);
  const env = { ...place.env, ...settingsOf(next, "NEXT_") };
  const service = await startProcess({ ...place, env });
  onTestFinished(() => void service.stop("SIGKILL"));
  const api = await ann(service.url);
  const noteId = await newNote(api);
  const first = await upload(api, noteId);
  const { code, stderr } = await endOfCli({ ...place, env }, ["move", "bucket"]);
  const second = await upload(api, noteId);
  const origins: string[] = [];
  for (const { id } of [first, second]) origins.push(new URL(await urlOf(api, id)).origin);
  return { code, stderr, origins };
}
