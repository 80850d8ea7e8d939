import { bucketSuite } from "./bucket.suite.ts";
import { startEmbedded } from "./testing/bucket-server.ts";

bucketSuite("built-in", startEmbedded);
