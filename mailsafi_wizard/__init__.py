"""MailSafi Wizard: moves a company's mailboxes to MailSafi over IMAP."""

__version__ = "0.1.0"
