import { createUploads } from "@valetkey/client";
import { service } from "../../../service/client.ts";

/** The part of the client that sends files. The app loads it with the first upload. */
export const { upload } = createUploads(service);
