import { createClient } from "@valetkey/client";
import { service } from "./client.ts";

/** Brings files to the bucket and reads them from there; for code that is fetched when there is a file to move. */
export const transfers = createClient(service);
