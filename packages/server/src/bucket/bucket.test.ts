import { bucketSuite } from "./bucket.suite.ts";
import { startEmbedded } from "./testing/server.ts";

bucketSuite("embedded", startEmbedded);
