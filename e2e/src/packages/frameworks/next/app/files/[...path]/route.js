const handle = (request) => globalThis.files.fetch(request);

export { handle as DELETE, handle as GET, handle as POST };
