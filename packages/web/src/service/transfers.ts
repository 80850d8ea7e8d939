import { createClient } from "@valetkey/client";
import { service } from "./client.ts";

/** Uploads files to the bucket and downloads them. */
export const transfers = createClient(service);
