import { recoveryScenes, safetyScenes } from "./account-scenes.ts";
import { adminScenes, doctorScenes } from "./admin-scenes.ts";
import { frameScenes } from "./frame-scenes.ts";
import { invitationScenes } from "./invitation-scenes.ts";
import { noteScenes } from "./note-scenes.ts";
import { ownerLinkScenes } from "./owner-link-scenes.ts";
import { pictureScenes } from "./picture-scenes.ts";
import type { Scene } from "./scene.ts";
import { placeScenes, webhookScenes } from "./settings-scenes.ts";
import { requestScenes, visitScenes } from "./visitor-scenes.ts";

export const scenes: readonly Scene[] = [
  ...frameScenes,
  ...recoveryScenes,
  ...safetyScenes,
  ...noteScenes,
  ...pictureScenes,
  ...invitationScenes,
  ...ownerLinkScenes,
  ...placeScenes,
  ...visitScenes,
  ...requestScenes,
  ...doctorScenes,
  ...adminScenes,
  ...webhookScenes,
];
