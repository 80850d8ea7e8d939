import { createClient } from "@valetkey/client";
import { service } from "./client.ts";

/** Downloads files from the bucket. */
export const transfers = createClient(service);
