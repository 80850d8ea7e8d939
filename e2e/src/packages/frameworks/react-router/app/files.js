import { openFiles } from "./files.mjs";

const files = await openFiles();
const handle = ({ request }) => files.fetch(request);

export { handle as action, handle as loader };
