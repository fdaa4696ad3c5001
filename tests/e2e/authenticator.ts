// A device that holds passkeys: Chromium's virtual authenticator.
import type { CDPSession, Page } from "@playwright/test";

/** A device that holds passkeys and knows its user. */
export class Device {
  private constructor(
    private readonly session: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  static async of(page: Page): Promise<Device> {
    const session = await page.context().newCDPSession(page);
    await session.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      // Nobody touches it until a test says so: it would answer the browser's offer at once.
      automaticPresenceSimulation: false,
    } as const;
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", { options });
    return new Device(session, authenticatorId);
  }

  /** Somebody touches it while this happens. */
  async touched(act: () => Promise<void>) {
    await this.touch(true);
    await act();
    await this.touch(false);
  }

  async verifies(isUserVerified: boolean) {
    await this.session.send("WebAuthn.setUserVerified", { authenticatorId: this.authenticatorId, isUserVerified });
  }

  async passkeys() {
    const { credentials } = await this.session.send("WebAuthn.getCredentials", { authenticatorId: this.authenticatorId });
    return credentials;
  }

  /** Has the passkeys of another device, as a password manager brings them. */
  async syncFrom(other: Device) {
    for (const credential of await other.passkeys()) {
      await this.session.send("WebAuthn.addCredential", { authenticatorId: this.authenticatorId, credential });
    }
  }

  private async touch(enabled: boolean) {
    await this.session.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: this.authenticatorId, enabled });
  }
}
