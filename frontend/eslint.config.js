import tseslint from "typescript-eslint";

export default tseslint.config(...tseslint.configs.strict, {
  rules: {
    "no-console": "error",
    eqeqeq: "error",
    "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
    complexity: ["error", 14],
    "@typescript-eslint/no-non-null-assertion": "off",
  },
});
