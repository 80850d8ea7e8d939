import { selectImage } from "./selection.ts";

/** Prints one line at the start of a test run: whether the run tests the image. */
export default function announce(): void {
  console.log(selectImage(process.env).line);
}
