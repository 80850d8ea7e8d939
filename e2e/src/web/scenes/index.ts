import { doctorScenes } from "./doctor-scenes.ts";
import { frameScenes } from "./frame-scenes.ts";
import { noteScenes } from "./note-scenes.ts";
import { ownerLinkScenes } from "./owner-link-scenes.ts";
import { placeScenes } from "./place-scenes.ts";
import { requestScenes } from "./request-scenes.ts";
import type { Scene } from "./scene.ts";
import { visitScenes } from "./visit-scenes.ts";

/** Every scene of the app. */
export const scenes: readonly Scene[] = [
  ...frameScenes,
  ...noteScenes,
  ...ownerLinkScenes,
  ...placeScenes,
  ...visitScenes,
  ...requestScenes,
  ...doctorScenes,
];
