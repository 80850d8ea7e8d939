export default { serverExternalPackages: ["@valetkey/server"] };
