/** Every text of the landing page. A build replaces `en` by its language (language.ts beside the configurations of Vite). */
export { texts } from "./en.ts";
