/** Of the package; told to the control plane and shown in the console. A test compares it with package.json. */
export const AGENT_VERSION = '0.1.0';
