import { selectImage } from "./selection.ts";

/** Prints once whether this run includes the image. */
export default function announce(): void {
  console.log(selectImage(process.env).line);
}
