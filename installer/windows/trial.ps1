# Tries the set-up program on Windows as an ordinary user would, without questions: install, self-test, rehearse, upgrade in place, remove.
param([Parameter(Mandatory)] [System.IO.FileInfo] $Setup)
$ErrorActionPreference = 'Stop'
$folder = "$env:LOCALAPPDATA\Programs\MailSafi Wizard"
$cli = "$folder\mailsafi-wizard-cli.exe"

function Run([string] $What, [string] $File, [string[]] $Arguments) {
    $process = Start-Process -FilePath $File -ArgumentList $Arguments -Wait -PassThru -NoNewWindow
    if ($process.ExitCode -ne 0) { throw "$What ended with exit status $($process.ExitCode)" }
    Write-Output "ok    $What"
}
function Holds([string] $What, [bool] $Fact) {
    if (-not $Fact) { throw "does not hold: $What" }
    Write-Output "ok    $What"
}

Run 'silent installation' $Setup.FullName @('/S')
Holds 'the Start menu has it' (Test-Path "$env:APPDATA\Microsoft\Windows\Start Menu\Programs\MailSafi Wizard\MailSafi Wizard.lnk")
Holds '.mailsafi belongs to it' ((Get-Item 'HKCU:\Software\Classes\.mailsafi').GetValue('') -eq 'MailSafi.Project')
Run 'self-test' $cli @('--selftest')
Run 'rehearsal' $cli @('demo', '--headless', '--out', "$env:TEMP\rehearsal")
Holds 'the report was written' (Test-Path "$env:TEMP\rehearsal\report.pdf")
Set-Content -Path "$folder\mine.mailsafi" -Value 'a project in the wrong place'
Set-Content -Path "$folder\_internal\of-an-older-version.txt" -Value 'old'
Run 'installation over itself' $Setup.FullName @('/S')
Holds 'nothing of the older version is left' (-not (Test-Path "$folder\_internal\of-an-older-version.txt"))
Run 'self-test of the second' $cli @('--selftest')
# An uninstaller copies itself away and returns at once, unless it is told where it stands.
Run 'silent removal' "$folder\uninstall.exe" @('/S', "_?=$folder")
Holds 'the program is gone' (-not (Test-Path $cli))
Holds 'the project is kept' (Test-Path "$folder\mine.mailsafi")
Holds 'the Start menu is clean' (-not (Test-Path "$env:APPDATA\Microsoft\Windows\Start Menu\Programs\MailSafi Wizard"))
Holds '.mailsafi is free again' (-not (Test-Path 'HKCU:\Software\Classes\MailSafi.Project'))
