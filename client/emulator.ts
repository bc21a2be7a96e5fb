export { type EmulatorTransportOptions, emulatorTransport } from './transport/emulator/emulator-transport.ts';
