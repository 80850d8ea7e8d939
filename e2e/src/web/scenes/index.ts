import { adminScenes } from "./admin-scenes.ts";
import { doctorScenes } from "./doctor-scenes.ts";
import { frameScenes } from "./frame-scenes.ts";
import { invitationScenes } from "./invitation-scenes.ts";
import { noteScenes } from "./note-scenes.ts";
import { ownerLinkScenes } from "./owner-link-scenes.ts";
import { placeScenes } from "./place-scenes.ts";
import { recoveryScenes } from "./recovery-scenes.ts";
import { requestScenes } from "./request-scenes.ts";
import { safetyScenes } from "./safety-scenes.ts";
import type { Scene } from "./scene.ts";
import { visitScenes } from "./visit-scenes.ts";
import { webhookScenes } from "./webhook-scenes.ts";

/** All scenes of the app. */
export const scenes: readonly Scene[] = [
  ...frameScenes,
  ...recoveryScenes,
  ...safetyScenes,
  ...noteScenes,
  ...invitationScenes,
  ...ownerLinkScenes,
  ...placeScenes,
  ...visitScenes,
  ...requestScenes,
  ...doctorScenes,
  ...adminScenes,
  ...webhookScenes,
];
